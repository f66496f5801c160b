# Three Debian packages: cpack --config BUILD/CPackConfig.cmake leaves them in BUILD/packages/.

set(debian ${CMAKE_CURRENT_LIST_DIR})

# As Debian wants it: without name and time inside, so that the same text gives the same file.
function(compressed text name package)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/packaging/debian/${package})
  install(CODE "file(MAKE_DIRECTORY \"${folder}\")
    execute_process(COMMAND gzip -9nc \"${text}\" OUTPUT_FILE \"${folder}/${name}\" COMMAND_ERROR_IS_FATAL ANY)" COMPONENT ${package})
  install(FILES ${folder}/${name} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${package})
endfunction()

execute_process(COMMAND dpkg --print-architecture OUTPUT_VARIABLE architecture OUTPUT_STRIP_TRAILING_WHITESPACE)
foreach(package merlind merlin-module-nagios4 mon)
  # The epoch is no part of a file's name.
  string(TOUPPER ${package} upper)
  set(CPACK_DEBIAN_${upper}_FILE_NAME ${package}_${PROJECT_VERSION}-1_${architecture}.deb)
  install(FILES ${debian}/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${package})
  compressed(${debian}/changelog changelog.Debian.gz ${package})
  compressed(${PROJECT_SOURCE_DIR}/CHANGELOG.md changelog.gz ${package})
  install(FILES ${debian}/lintian/${package} DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides COMPONENT ${package})
endforeach()
# As in the repository, so that the links between these pages work.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/merlind COMPONENT merlind FILES_MATCHING PATTERN "*.md")
foreach(page README ARCHITECTURE SECURITY CHANGELOG)
  install(FILES ${PROJECT_SOURCE_DIR}/${page}.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/merlind COMPONENT merlind)
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/merlin.conf.example DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/merlind/examples COMPONENT merlind
  RENAME merlin.conf)
install(FILES ${debian}/merlind.logrotate DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/logrotate.d RENAME merlind COMPONENT merlind)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR "Merlin")
set(CPACK_DEBIAN_PACKAGE_HOMEPAGE "https://merlin.example.org/")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "monitoring servers that work as one system")
set(CPACK_PACKAGE_CONTACT "Merlin maintainers <merlin@example.org>")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL merlind merlin-module-nagios4 mon)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)

# Debian has another program called mon, of a higher version: without the epoch an upgrade would take ours for the older one.
set(CPACK_DEBIAN_PACKAGE_EPOCH 1)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE gzip)

set(CPACK_COMPONENT_MERLIND_DESCRIPTION "The daemon: merlind runs beside the monitoring core of each server. It links
the servers, decides which of them runs which check, and keeps what all
of them know.")
set(CPACK_DEBIAN_MERLIND_PACKAGE_NAME merlind)
set(CPACK_DEBIAN_MERLIND_PACKAGE_DEPENDS "adduser, init-system-helpers (>= 1.54~), sysvinit-utils (>= 3.05-4~) | lsb-base")
set(CPACK_DEBIAN_MERLIND_PACKAGE_RECOMMENDS "mon (>= 1:${PROJECT_VERSION}), merlin-module-nagios4")
set(CPACK_DEBIAN_MERLIND_PACKAGE_CONTROL_EXTRA
  ${debian}/merlind/conffiles ${debian}/merlind/postinst ${debian}/merlind/prerm ${debian}/merlind/postrm)

set(CPACK_COMPONENT_MERLIN-MODULE-NAGIOS4_DESCRIPTION "The module for Nagios 4: merlin.so is loaded by the core, and lets it run its
share of the checks only. Installing it names it in /etc/nagios4/nagios.cfg
and restarts the core.")
set(CPACK_DEBIAN_MERLIN-MODULE-NAGIOS4_PACKAGE_NAME merlin-module-nagios4)
set(CPACK_DEBIAN_MERLIN-MODULE-NAGIOS4_PACKAGE_DEPENDS "merlind (= 1:${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}), nagios4-core (>= 4.4), init-system-helpers (>= 1.54~)")
set(CPACK_DEBIAN_MERLIN-MODULE-NAGIOS4_PACKAGE_CONTROL_EXTRA
  ${debian}/merlin-module-nagios4/preinst ${debian}/merlin-module-nagios4/postinst ${debian}/merlin-module-nagios4/prerm
  ${debian}/merlin-module-nagios4/postrm ${debian}/merlin-module-nagios4/triggers)

set(CPACK_COMPONENT_MON_DESCRIPTION "The operator's command: mon shows what each server does, adds and removes
servers, gives them keys, certificates and object configuration, and runs
commands on all of them.")
set(CPACK_DEBIAN_MON_PACKAGE_NAME mon)
set(CPACK_DEBIAN_MON_PACKAGE_RECOMMENDS "merlind, openssh-client, openssh-server")

include(CPack)

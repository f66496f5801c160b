foreach(part answers handshake known_hosts state status)
  merlin_test(daemon_${part}_test ${CMAKE_CURRENT_LIST_DIR}/daemon_${part}_test.cpp LINK merlin_daemon
    DEFINES TEST_FOLDER="${CMAKE_CURRENT_LIST_DIR}")
endforeach()
foreach(name daemon_program_test daemon_program_module_test)
  merlin_test(${name} ${CMAKE_CURRENT_LIST_DIR}/${name}.cpp LINK merlin_daemon
    DEFINES MERLIND="$<TARGET_FILE:merlind>" DEPENDS merlind)
endforeach()
merlin_test(daemon_store_file_test ${CMAKE_CURRENT_LIST_DIR}/daemon_store_file_test.cpp LINK merlin_daemon)
merlin_test(daemon_store_test ${CMAKE_CURRENT_LIST_DIR}/daemon_store_test.cpp LINK merlin_daemon)
merlin_test(daemon_store_events_test ${CMAKE_CURRENT_LIST_DIR}/daemon_store_events_test.cpp LINK merlin_daemon)

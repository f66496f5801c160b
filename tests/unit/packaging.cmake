add_test(NAME packaging_units COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/packaging_units.py)
add_test(NAME packaging_logrotate COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/packaging_logrotate.py)
if(NOT MERLIN_FUZZ)
  add_test(NAME packaging_manual COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/packaging_manual.py
    ${PROJECT_BINARY_DIR}/packaging/man $<TARGET_FILE:mon> $<TARGET_FILE:merlind>)
endif()

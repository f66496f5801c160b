foreach(script checks chaos_map chaos_judge core_headers)
  add_test(NAME ${script} COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/${script}.py)
endforeach()
add_test(NAME skipped_tests COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/skipped_tests.py $<TARGET_FILE:daemon_store_file_test>)

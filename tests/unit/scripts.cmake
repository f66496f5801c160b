foreach(script checks chaos_map chaos_judge core_headers)
  add_test(NAME ${script} COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/${script}.py)
endforeach()

# Every file has a test program of its own.
foreach(area syntax values table load earlier edit files documents)
  merlin_test(config_${area}_test ${CMAKE_CURRENT_LIST_DIR}/config_${area}_test.cpp LINK merlin_config)
endforeach()
merlin_test(config_property_test ${CMAKE_CURRENT_LIST_DIR}/config_property_test.cpp LINK merlin_config rapidcheck)

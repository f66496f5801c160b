foreach(area ranking ownership state)
  merlin_test(cluster_${area}_property_test ${CMAKE_CURRENT_LIST_DIR}/cluster_${area}_property_test.cpp LINK merlin_cluster rapidcheck LABELS property)
endforeach()

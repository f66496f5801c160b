foreach(area ranking liveness ownership replication saver core_feed forwarding core_side node node_duties node_rechecks node_forwards limits notification notification_voting tellers owed rechecks awaited_checks journal history)
  merlin_test(cluster_${area}_test ${CMAKE_CURRENT_LIST_DIR}/cluster_${area}_test.cpp LINK merlin_cluster LABELS unit)
  target_include_directories(cluster_${area}_test PRIVATE ${CMAKE_CURRENT_LIST_DIR}/..)
endforeach()

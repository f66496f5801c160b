foreach(area duties senders ranking liveness ownership replication store_writer core_feed forwarding node node_duties node_rechecks node_forwards node_rows core_starts limits notification notification_voting notification_doubts hostile forged tellers owed rechecks awaited_checks journal journal_restart history own_alerts drain notification_log)
  merlin_test(cluster_${area}_test ${CMAKE_CURRENT_LIST_DIR}/cluster_${area}_test.cpp LINK merlin_cluster LABELS unit)
endforeach()

# Each .txt here contains a time line and its expected story. MERLIN_REWRITE=1 rewrites the stories.
merlin_test(cluster_scenarios ${CMAKE_CURRENT_LIST_DIR}/scenarios.cpp ${CMAKE_CURRENT_LIST_DIR}/scenario.cpp LINK merlin_sim
  LABELS scenarios DEFINES MERLIN_SCENARIOS="${CMAKE_CURRENT_LIST_DIR}")

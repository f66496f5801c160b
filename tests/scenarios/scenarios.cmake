# Each .txt here is a time line and the story that must come of it. MERLIN_REWRITE=1 writes the stories anew.
merlin_test(cluster_scenarios ${CMAKE_CURRENT_LIST_DIR}/scenarios.cpp ${CMAKE_CURRENT_LIST_DIR}/scenario.cpp LINK merlin_sim LABELS scenarios)
target_compile_definitions(cluster_scenarios PRIVATE MERLIN_SCENARIOS="${CMAKE_CURRENT_LIST_DIR}")

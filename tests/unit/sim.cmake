# The simulator's judges themselves.
merlin_test(sim_judge_test ${CMAKE_CURRENT_LIST_DIR}/sim_judge_test.cpp LINK merlin_sim LABELS unit)

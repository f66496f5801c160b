add_test(NAME packaging_units COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/packaging_units.py)

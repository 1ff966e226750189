#include "suites.h"

CU_TestInfo client_tests[] = {CU_TEST_INFO_NULL};

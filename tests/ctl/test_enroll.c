#include "suites.h"

CU_TestInfo enroll_tests[] = {CU_TEST_INFO_NULL};

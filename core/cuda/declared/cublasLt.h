// SPDX-License-Identifier: GPL-3.0-or-later
// What LibTorch's headers name of cuBLASLt, where its own header is not installed: nothing of it is called here.
#pragma once

typedef struct cublasLtContext* cublasLtHandle_t;

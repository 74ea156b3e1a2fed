// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Torch first: c10 defines CHECK too, and with Catch2 before it the cases would pass without counting an assertion.
// Its header by name, so that no header of torch further down in a batch of files can bring it in again.
#include "core/tensor/tensor.h"

#include <c10/util/Logging.h>

#undef CHECK
#include <catch2/catch.hpp>

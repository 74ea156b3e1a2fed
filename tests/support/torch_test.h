// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Torch first: c10 defines CHECK too, and with Catch2 before it the cases would pass without counting an assertion.
#include "core/tensor/tensor.h"

#undef CHECK
#include <catch2/catch.hpp>

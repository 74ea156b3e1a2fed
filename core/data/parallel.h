// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>

namespace core::data {

/// Calls `work(0)` … `work(count − 1)`, in any order, on as many threads as the machine has cores. What it does must
/// not depend on the order, and must not throw.
void inParallel(std::size_t count, const std::function<void(std::size_t)>& work);

}

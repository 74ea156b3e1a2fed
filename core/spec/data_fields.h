// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/spec/experiment.h"

namespace core::spec {

base::Fields<DataSpec> dataFields();
base::Fields<SplitSpec> splitFields();

std::shared_ptr<const base::List> listOf(base::Domain items, std::size_t min = 0, std::size_t max = 1000);

}

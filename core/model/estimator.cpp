// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/estimator.h"

namespace core::model {

bool isEstimator(const std::string& kind)
{
    return allEstimators().family().find(kind);
}

}

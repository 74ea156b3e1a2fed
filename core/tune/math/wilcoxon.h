// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace core::tune::math {

/// The probability, if the differences were symmetric around 0, of a rank sum of positive ones as large as this or
/// larger (Wilcoxon 1945; zeros count half on either side). Exact up to 50 differences without ties and zeros and up to
/// 13 with them, else by the normal distribution, as SciPy's `wilcoxon(…, alternative="greater",
/// zero_method="zsplit")`.
double wilcoxonGreater(const std::vector<double>& differences);

}

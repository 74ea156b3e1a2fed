// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace core::data {

/// (x − shift) · scale, per feature of a table or per channel of images; bytes of images are x = byte / 255.
struct Scaling {
    std::vector<float> shift, scale;
};

}

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace core::store {

/// The version of the HDF5 library that is loaded, such as `1.10.8`.
std::string hdf5Version();

}

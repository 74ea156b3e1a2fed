// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/formats/h5_reader.h"

namespace core::data {

/// Reads the arrays of a file of numpy.savez, in a process of its own that can do nothing but that: what unpacks an
/// archive of unknown origin may be taken over by it. `needed`, by an array's name: it is an error if it is of a kind
/// that is not read here; of the rest it is left out.
base::Result<H5Contents> readNpz(const std::filesystem::path& file,
                                 const std::function<bool(const std::string&)>& needed);

/// The same over bytes in memory, sent as core/data/formats/h5_message.h says.
void readNpzMapped(std::string bytes, const std::function<bool(const std::string&)>& needed,
                   const base::ConfinedChild::Send& send);

}

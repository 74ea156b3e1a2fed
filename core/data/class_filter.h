// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/source.h"

namespace core::data {

/// What a source is asked for: rows are counted once it is known of which class they are.
spec::DataSpec beforeClasses(spec::DataSpec data);

/// Takes the classes that `data.classes` names, if it names any, and at most `data.rows` rows of theirs, as many of
/// each as there are: others count as left out. Classes are numbered anew, in that order; rows keep their numbers.
base::Status takeClasses(const spec::DataSpec& data, Loaded& loaded);

}

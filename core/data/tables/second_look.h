// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/tables/table.h"

namespace core::data {

/// Columns of texts that are all dates or amounts in one of the ways in which people write them become what they are:
/// `17.05.2024`, `5/17/24 9:30 PM`, `20240517`; `1,234.50`, `1.234,5`, `€ 12`, `5 %`. Those named in `hints` keep their
/// kind, and texts among numbers then are stray cells.
void lookAgain(Table& table, const TableHints& hints);

}

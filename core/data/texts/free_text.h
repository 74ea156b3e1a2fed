// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/source.h"

namespace core::data {

/// Whether a column holds sentences rather than names of things: most texts differ, and they have several words.
bool isFreeText(const Column& column);

/// A column's cells as samples, a missing one as the empty text.
std::shared_ptr<const SampleStore> textsOf(const Table& table, const Column& column);

/// Turns a table whose target is encoded into a text data set: its rows stay those of the table.
void becomeTexts(Loaded& loaded, const Column& column);

}

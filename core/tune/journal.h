// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/line_journal.h"

namespace core::tune {

// A study's journal is one of lines.
using base::JournalContent;
using base::journalLine;
using base::JournalWriter;
using base::numberAsValue;
using base::numberOf;
using base::parseJournal;
using base::readJournal;

}

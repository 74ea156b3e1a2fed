// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/report/document.h"

#include <QString>

namespace ui::print {

/// Draws a report as a PDF: text that can be selected, charts as curves, numbered pages of A4, or of Letter where that
/// is the custom. What stands folded on a page comes at the end. Whole or not at all. Any thread may call it once there
/// is an application.
core::base::Status writeReportPdf(const core::report::Document& document, const QString& file);

}

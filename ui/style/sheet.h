// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace ui::style {

struct Theme;

/// The style sheet of the whole window: hairlines, 6-px radii, no shadows. Widgets opt into roles by properties:
/// `primary` (the one filled button of a page), `flat` buttons without an outline, `role` of a label: `muted`,
/// `strong`, `heading`, `lead`, `title`, `problem`, `link`; `card` and `pane` (surface with a hairline) of a frame.
QString sheet(const Theme& theme);

}

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/page.h"

#include <functional>
#include <vector>

namespace ui::shell {

/// A page of the window: how it is called on the command line and on the rail, and how it is made when it is first
/// seen.
struct PageEntry {
    QString name, title, icon;
    std::function<pages::Page*(bridge::Workbench&, QWidget*)> make;
};

/// In the rail's order.
const std::vector<PageEntry>& pageEntries();
QStringList pageNames();

}

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <QString>

#include <vector>

namespace ui::models {

/// A small experiment that fails in one way.
struct Failure {
    QString key, title, text;
    QString rule, fix;                               ///< what finds it, and the fix that cures it
    std::vector<std::pair<QString, QString>> others; ///< rules that fire too, and why
    core::base::Value experiment;                    ///< as given in its file
};

/// Those of `:/shelf/shelf.json`, in its order.
core::base::Result<std::vector<Failure>> readShelf();

}

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"
#include "ui/style/theme.h"

#include <QByteArray>
#include <QStringList>

#include <optional>

namespace ui::shell {

/// What the window remembers from one start to the next.
class Settings {
public:
    /// With `remember` false nothing is read and nothing is written: for screenshots.
    explicit Settings(bool remember) : m_remember(remember) {}

    QByteArray geometry() const;
    void setGeometry(const QByteArray& geometry);
    QString page() const;
    void setPage(const QString& page);
    style::Scheme scheme() const;
    void setScheme(style::Scheme scheme);
    /// The experiment that was in front: its tree, and its file if it has one.
    std::optional<core::base::Value> experiment() const;
    QString experimentFile() const;
    void setExperiment(const core::base::Value& given, const QString& file);
    /// Files, newest first; those that are gone are left out.
    QStringList recent() const;
    void addRecent(const QString& file);

private:
    bool m_remember;
};

}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/settings.h"

#include "core/base/json.h"

#include <QFileInfo>
#include <QSettings>

namespace ui::shell {

namespace {

constexpr int recentKept = 8;

QVariant read(bool remember, const char* key)
{
    return remember ? QSettings().value(QLatin1String(key)) : QVariant();
}

void write(bool remember, const char* key, const QVariant& value)
{
    if (remember)
        QSettings().setValue(QLatin1String(key), value);
}

}

QByteArray Settings::geometry() const
{
    return read(m_remember, "window/geometry").toByteArray();
}
void Settings::setGeometry(const QByteArray& geometry)
{
    write(m_remember, "window/geometry", geometry);
}

QString Settings::page() const
{
    return read(m_remember, "window/page").toString();
}
void Settings::setPage(const QString& page)
{
    write(m_remember, "window/page", page);
}

style::Scheme Settings::scheme() const
{
    const QString name = read(m_remember, "window/theme").toString();
    return name == QLatin1String("light")  ? style::Scheme::Light
           : name == QLatin1String("dark") ? style::Scheme::Dark
                                           : style::Scheme::System;
}

void Settings::setScheme(style::Scheme scheme)
{
    static constexpr const char* names[] = {"system", "light", "dark"};
    write(m_remember, "window/theme", QLatin1String(names[int(scheme)]));
}

std::optional<core::base::Value> Settings::experiment() const
{
    const std::string text = read(m_remember, "experiment/given").toString().toStdString();
    auto tree = text.empty() ? core::base::Result<core::base::Value>(core::base::Error{}) : core::base::parseJson(text);
    return tree && tree->isObject() ? std::optional(std::move(*tree)) : std::nullopt;
}

QString Settings::experimentFile() const
{
    return read(m_remember, "experiment/file").toString();
}

void Settings::setExperiment(const core::base::Value& given, const QString& file)
{
    write(m_remember, "experiment/given", QString::fromStdString(core::base::writeJson(given)));
    write(m_remember, "experiment/file", file);
}

QStringList Settings::recent() const
{
    QStringList files;
    for (const QString& file : read(m_remember, "experiment/recent").toStringList())
        if (QFileInfo::exists(file))
            files << file;
    return files;
}

void Settings::addRecent(const QString& file)
{
    QStringList files = recent();
    files.removeAll(file);
    files.prepend(file);
    write(m_remember, "experiment/recent", QStringList(files.mid(0, recentKept)));
}

}

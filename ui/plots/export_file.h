// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <QImage>
#include <QSize>
#include <QStringList>

#include <functional>

class QMenu;
class QPainter;
class QWidget;

namespace ui::plots {

/// Writes `content` beside and renames; says what to do if that fails.
core::base::Status saveFile(const QString& path, const QByteArray& content);
/// The widget at twice its size.
QImage pictureOf(const QWidget& widget);
core::base::Status saveAsPng(const QWidget& widget, const QString& path);
core::base::Status saveAsSvg(QSize size, const QString& title, const QString& path,
                             const std::function<void(QPainter&)>& paint);
/// SVG text in which our name of the font is the one that others know.
QByteArray withPublicFont(QByteArray svg);

/// What a plot can give away: its picture for the clipboard, and files whose kind is their ending.
struct Exports {
    std::function<QImage()> picture;
    std::function<core::base::Status(const QString& path)> save;
    QStringList kinds;
};

/// `Copy the picture` and `Export as PNG…` with their dialogs. The menu deletes itself when closed.
void addExportActions(QMenu& menu, QWidget& widget, const Exports& exports);

}

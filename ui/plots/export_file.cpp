// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/export_file.h"

#include "ui/style/fonts.h"

#include <QApplication>
#include <QBuffer>
#include <QClipboard>
#include <QFileDialog>
#include <QMenu>
#include <QMessageBox>
#include <QPainter>
#include <QSaveFile>
#include <QSvgGenerator>
#include <QWidget>

namespace ui::plots {

namespace {

void askAndSave(QWidget& widget, const QString& kind, const std::function<core::base::Status(const QString&)>& save)
{
    auto* dialog = new QFileDialog(&widget, QObject::tr("Export the plot"), QString(), QStringLiteral("*.") + kind);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(kind);
    QObject::connect(dialog, &QFileDialog::fileSelected, &widget, [&widget, save](const QString& path) {
        if (const core::base::Status status = save(path); !status) {
            auto* box =
                new QMessageBox(QMessageBox::Warning, QObject::tr("Export the plot"),
                                QString::fromStdString(core::base::describe(status.error())), QMessageBox::Ok, &widget);
            box->setAttribute(Qt::WA_DeleteOnClose);
            box->open();
        }
    });
    dialog->open();
}

}

QImage pictureOf(const QWidget& widget)
{
    QImage picture(widget.size() * 2, QImage::Format_ARGB32_Premultiplied);
    picture.setDevicePixelRatio(2);
    picture.fill(widget.palette().color(QPalette::Window));
    const_cast<QWidget&>(widget).render(&picture, {}, {}, QWidget::DrawChildren);
    return picture;
}

core::base::Status saveFile(const QString& path, const QByteArray& content)
{
    QSaveFile file(path);
    if (!content.isEmpty() && file.open(QIODevice::WriteOnly) && file.write(content) == content.size() && file.commit())
        return {};
    return core::base::Error{core::base::ErrorKind::Resource,
                             "the plot cannot be written: " + file.errorString().toStdString(), path.toStdString(),
                             "choose a folder that can be written and has room"};
}

core::base::Status saveAsPng(const QWidget& widget, const QString& path)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    pictureOf(widget).save(&buffer, "PNG");
    return saveFile(path, bytes);
}

core::base::Status saveAsSvg(QSize size, const QString& title, const QString& path,
                             const std::function<void(QPainter&)>& paint)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setSize(size);
    generator.setViewBox(QRect({}, size));
    generator.setResolution(96);
    generator.setTitle(title);
    QPainter painter(&generator);
    paint(painter);
    painter.end();
    return saveFile(path, withPublicFont(bytes));
}

QByteArray withPublicFont(QByteArray svg)
{
    return svg.replace("\"" + style::textFamily().toUtf8() + "\"", "\"Inter, sans-serif\"");
}

void addExportActions(QMenu& menu, QWidget& widget, const Exports& exports)
{
    menu.setAttribute(Qt::WA_DeleteOnClose);
    menu.addAction(QObject::tr("Copy the picture"), &widget,
                   [picture = exports.picture] { QApplication::clipboard()->setImage(picture()); });
    menu.addSeparator();
    for (const QString& kind : exports.kinds)
        menu.addAction(QObject::tr("Export as %1…").arg(kind.toUpper()), &widget,
                       [&widget, kind, save = exports.save] { askAndSave(widget, kind, save); });
}

}

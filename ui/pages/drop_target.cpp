// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/drop_target.h"

#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QLabel>
#include <QMimeData>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

namespace ui::pages {

using style::Label;
using style::theme;
using style::Tone;

DropTarget::DropTarget(QWidget* parent) : QWidget(parent), m_icon(new QLabel)
{
    setAcceptDrops(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 8, 16, 8);
    column->setSpacing(3);
    auto* button = new QPushButton(tr("Open your data…"));
    button->setObjectName("openData");
    auto* title = new Label(tr("Drop a file or folder"), Tone::Heading);
    auto* formats = new Label(tr("CSV, IDX images, an experiment or a run"), Tone::Muted);
    m_icon->setAlignment(Qt::AlignCenter);
    title->setAlignment(Qt::AlignCenter);
    formats->setAlignment(Qt::AlignCenter);
    column->addStretch();
    column->addWidget(m_icon);
    column->addWidget(title);
    column->addWidget(formats);
    column->addSpacing(3);
    auto* paint = new QPushButton(tr("Paint points"));
    paint->setObjectName("paintPoints");
    paint->setToolTip(tr("An empty plane: paint points of two or three classes and see a network learn them"));
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(button);
    buttons->addWidget(paint);
    buttons->addStretch();
    column->addLayout(buttons);
    column->addStretch();
    connect(button, &QPushButton::clicked, this, &DropTarget::choose);
    connect(paint, &QPushButton::clicked, this, &DropTarget::paintWanted);
    setIcon();
}

void DropTarget::setIcon()
{
    const int side = int(24 * theme().scale);
    m_icon->setPixmap(style::icon("download").pixmap(QSize(side, side), devicePixelRatioF(), QIcon::Normal, QIcon::On));
}

void DropTarget::choose()
{
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Open your data"), {}, tr("Data (*.csv *.tsv *.txt *.gz *-ubyte *.json);;All files (*)"));
    if (!path.isEmpty())
        Q_EMIT opened(path);
}

void DropTarget::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QPen pen(m_over ? theme().accent : theme().axis, m_over ? 2 : 1, Qt::CustomDashLine);
    pen.setDashPattern({4, 3});
    painter.setPen(pen);
    painter.setBrush(m_over ? QBrush(theme().hover) : Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 6, 6);
}

void DropTarget::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        setIcon();
    QWidget::changeEvent(event);
}

void DropTarget::dragEnterEvent(QDragEnterEvent* event)
{
    if (!event->mimeData()->hasUrls())
        return;
    m_over = true;
    update();
    event->acceptProposedAction();
}

void DropTarget::dragLeaveEvent(QDragLeaveEvent*)
{
    m_over = false;
    update();
}

void DropTarget::dropEvent(QDropEvent* event)
{
    m_over = false;
    update();
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile()) {
            event->acceptProposedAction();
            Q_EMIT opened(url.toLocalFile());
            return;
        }
}

}

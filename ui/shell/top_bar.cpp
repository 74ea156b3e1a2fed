// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/top_bar.h"

#include "core/session/inspect.h"
#include "ui/bridge/workbench.h"
#include "ui/models/progress_text.h"
#include "ui/shell/device_menu.h"
#include "ui/shell/icon_button.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QMenu>
#include <QPainter>

#include <cmath>

namespace ui::shell {

using style::theme;

namespace {

constexpr int topHeight = 48, presenterHeight = 64;
constexpr int nameWidth = 204, deviceWidth = 128;

class Separator final : public QWidget {
public:
    explicit Separator(QWidget* parent) : QWidget(parent) { setFixedSize(1, 16); }

protected:
    void paintEvent(QPaintEvent*) override { QPainter(this).fillRect(rect(), theme().line); }
};

}

NameButton::NameButton(bool strong, bool chevron, QWidget* parent)
    : QAbstractButton(parent),
      m_strong(strong),
      m_chevron(chevron)
{
    setFocusPolicy(Qt::TabFocus);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

QSize NameButton::sizeHint() const
{
    const QFontMetrics metrics(m_strong ? theme().strong() : theme().body());
    return {metrics.horizontalAdvance(text()) + (m_chevron ? 28 : 0), 28};
}

void NameButton::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setFont(m_strong ? theme().strong() : theme().body());
    painter.setPen(m_strong || underMouse() ? theme().text : theme().muted);
    const QRect room = rect().adjusted(0, 0, m_chevron ? -28 : 0, 0);
    painter.drawText(room, Qt::AlignVCenter | Qt::AlignLeft,
                     painter.fontMetrics().elidedText(text(), Qt::ElideRight, room.width()));
    if (m_chevron)
        painter.drawPixmap(width() - 17, (QWidget::height() - 16) / 2,
                           style::iconPixmap(QStringLiteral("chevron"), 16, theme().muted, devicePixelRatioF()));
    if (hasFocus())
        painter.fillRect(0, QWidget::height() - 2, width(), 2, theme().accent);
}

TopBar::TopBar(bridge::Workbench& bench, Actions& actions, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_name(new NameButton(true, true, this)),
      m_device(new NameButton(false, false, this)),
      m_progress(new style::Label({}, style::Tone::Body, this))
{
    m_name->setAccessibleName(tr("Experiment"));
    m_name->setToolTip(tr("The experiment in front: open, save, rename, undo"));
    m_device->setObjectName("device");
    m_device->setAccessibleName(tr("Device"));
    m_device->setToolTip(tr("Where the next run trains, and on how many ranks"));
    m_progress->setTextFormat(Qt::RichText);
    m_progress->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(24, 0, 24, 0);
    line->setSpacing(0);
    line->addWidget(m_name);
    line->addSpacing(12);
    line->addWidget(new Separator(this));
    line->addSpacing(15);
    line->addWidget(m_device);
    line->addSpacing(16);
    line->addWidget(new Separator(this));
    line->addSpacing(8);
    for (const char* key : {"play", "pause", "step", "stop"}) {
        auto* button = new IconButton(QString::fromLatin1(key), 22, this);
        button->setObjectName(QStringLiteral("player.") + QLatin1String(key));
        button->follow(actions.find(QStringLiteral("run.") + QLatin1String(key)));
        line->addWidget(button);
        line->addSpacing(6);
    }
    line->addSpacing(16);
    line->addWidget(m_progress, 1);
    fit();
    connect(m_name, &QAbstractButton::clicked, this, &TopBar::openMenu);
    connect(m_device, &QAbstractButton::clicked, this, &TopBar::openDevices);
    connect(&bench.document(), &bridge::ExperimentDocument::changed, this, &TopBar::showNames);
    for (auto signal :
         {&bridge::Workbench::frontChanged, &bridge::Workbench::stateChanged, &bridge::Workbench::deviceChanged})
        connect(&bench, signal, this, [this] {
            showNames();
            showProgress();
        });
    connect(&bench, &bridge::Workbench::advanced, this, &TopBar::showProgress);
    showNames();
    showProgress();
}

void TopBar::fit()
{
    const double scale = theme().scale;
    setFixedHeight(scale > 1 ? presenterHeight : topHeight);
    m_name->setFixedWidth(int(nameWidth * scale));
    m_device->setFixedWidth(int(deviceWidth * scale));
}

void TopBar::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        fit();
    QWidget::changeEvent(event);
}

void TopBar::showNames()
{
    m_name->setText(models::experimentTitle(m_bench.document().name(), m_bench.document().resolved()));
    m_name->setToolTip(m_bench.document().file());
    m_device->setText(deviceText(m_bench));
}

void TopBar::showProgress()
{
    const QString text = models::progressText(m_bench.front(), m_bench.training(), m_bench.paused());
    if (text != m_progress->text())
        m_progress->setText(text);
    const double done = m_bench.training() ? models::progressShare(*m_bench.front()) : -1;
    if (std::lround(done * width()) != std::lround(m_done * width())) {
        m_done = done;
        update();
    }
}

QString TopBar::progressText() const
{
    return QString(m_progress->text()).remove(QStringLiteral("<b>")).remove(QStringLiteral("</b>"));
}

void TopBar::openMenu()
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setMinimumWidth(m_name->width());
    if (m_fillMenu)
        m_fillMenu(*menu);
    menu->popup(m_name->mapToGlobal(QPoint(0, m_name->height() + 4)));
}

void TopBar::openDevices()
{
    auto* menu = new DeviceMenu(m_bench, core::session::doctor(), this);
    menu->move(m_device->mapToGlobal(QPoint(0, m_device->height() + 4)));
    menu->show();
}

void TopBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().ground);
    painter.fillRect(0, QWidget::height() - 1, width(), 1, theme().line);
    if (m_done >= 0)
        painter.fillRect(QRectF(0, QWidget::height() - 2, width() * m_done, 2), theme().accent);
}

}

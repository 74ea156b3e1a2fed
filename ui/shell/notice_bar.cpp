// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/notice_bar.h"

#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPainter>
#include <QPushButton>

#include <algorithm>

namespace ui::shell {

using style::Label;
using style::theme;
using style::Tone;

namespace {

constexpr std::size_t kept = 20;

QString sentence(std::string text)
{
    if (text.empty())
        return {};
    QString said = QString::fromStdString(text);
    if (!said.endsWith(QLatin1Char('.')) && !said.endsWith(QLatin1Char('?')))
        said += QLatin1Char('.');
    return said;
}

}

NoticeBar::NoticeBar(QWidget* parent)
    : QWidget(parent),
      m_sign(new Label(QStringLiteral("▲"), Tone::Problem, this)),
      m_what(new Label({}, Tone::Body, this)),
      m_count(new Label({}, Tone::Muted, this)),
      m_copy(new QPushButton(tr("Copy"), this)),
      m_dismiss(new QPushButton(tr("Dismiss"), this))
{
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(24, 8, 16, 9);
    line->setSpacing(8);
    line->addWidget(m_sign, 0, Qt::AlignTop);
    line->addWidget(m_what, 1);
    line->addWidget(m_count);
    for (QPushButton* button : {m_copy, m_dismiss}) {
        button->setProperty("flat", true);
        line->addWidget(button, 0, Qt::AlignVCenter);
    }
    m_what->setWordWrap(true);
    m_what->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_sign->setContentsMargins(0, 6, 0, 0);
    m_copy->setToolTip(tr("Copy this report"));
    connect(m_dismiss, &QPushButton::clicked, this, &NoticeBar::dismiss);
    connect(m_copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(text()); });
    hide();
}

void NoticeBar::tell(const core::base::Error& error)
{
    // The same trouble again moves to the front instead of piling up.
    std::erase(m_notices, error);
    m_notices.push_back(error);
    if (m_notices.size() > kept)
        m_notices.erase(m_notices.begin());
    refresh();
}

void NoticeBar::dismiss()
{
    if (!m_notices.empty())
        m_notices.pop_back();
    refresh();
}

QString NoticeBar::text() const
{
    return isHidden() ? QString() : m_what->text();
}

void NoticeBar::refresh()
{
    if (!m_notices.empty()) {
        const core::base::Error& error = m_notices.back();
        QString text = error.where.empty() ? QString() : QString::fromStdString(error.where) + QStringLiteral(": ");
        text += sentence(error.message);
        if (!error.advice.empty())
            text += QLatin1Char(' ') + sentence(error.advice);
        m_what->setText(text);
        m_count->setText(m_notices.size() > 1 ? tr("1 of %1").arg(m_notices.size()) : QString());
        setAccessibleName(text);
    }
    setVisible(!m_notices.empty());
}

void NoticeBar::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        dismiss();
    else
        QWidget::keyPressEvent(event);
}

void NoticeBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().surface);
    painter.fillRect(0, 0, 3, height(), theme().problem);
    painter.fillRect(0, height() - 1, width(), 1, theme().line);
}

}

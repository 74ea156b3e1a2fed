// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/forms/editor.h"

#include "ui/style/theme.h"

#include <QAbstractItemView>
#include <QPainter>
#include <QWheelEvent>

namespace ui::forms {

using core::base::Value;
using style::theme;

void paintChevron(QPainter& painter, QPointF center, const QColor& color)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(color, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPolyline(
        QPolygonF{center + QPointF(-4.5, -2.25), center + QPointF(0, 2.25), center + QPointF(4.5, -2.25)});
    painter.restore();
}

Editor::Editor(QWidget* parent) : QWidget(parent)
{
    setFixedHeight(height);
    setFont(theme().medium());
}

void Editor::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        setFont(theme().medium());
        update();
    }
    QWidget::changeEvent(event);
}

void Editor::setLive(bool live)
{
    m_live = live;
    update();
}

void Editor::setInput(QWidget* input)
{
    setFocusProxy(input);
    input->installEventFilter(this);
}

bool Editor::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::FocusIn) {
        update();
        Q_EMIT focusEntered();
    } else if (event->type() == QEvent::FocusOut) {
        update();
        Q_EMIT focusLeft();
    }
    return QWidget::eventFilter(watched, event);
}

void Editor::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    if (underlined()) {
        const bool focused = focusProxy() && focusProxy()->hasFocus();
        const int thick = focused ? 2 : 1;
        painter.fillRect(0, QWidget::height() - thick, width(), thick, focused ? theme().accent : theme().line);
    }
    if (m_live)
        painter.drawPixmap(width() - 15, (QWidget::height() - 18) / 2,
                           style::iconPixmap(QStringLiteral("live"), 16, theme().accent, devicePixelRatioF()));
}

// --- Flags

Switch::Switch(QWidget* parent) : QCheckBox(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
}

QSize Switch::sizeHint() const
{
    return {34, 20};
}

bool Switch::hitButton(const QPoint& position) const
{
    return rect().contains(position);
}

void Switch::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF pill(width() - 32.5, height() / 2. - 8, 32, 16);
    const QColor quiet = theme().muted;
    painter.setPen(QPen(isChecked() ? theme().accent : quiet, 1));
    painter.setBrush(isChecked() ? theme().accent : theme().ground);
    painter.drawRoundedRect(pill, 8, 8);
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme().accent, 1.5));
        painter.drawRoundedRect(pill.adjusted(-2, -2, 2, 2).intersected(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5)),
                                9, 9);
    }
    painter.setPen(Qt::NoPen);
    painter.setBrush(isChecked() ? theme().surface : quiet);
    painter.drawEllipse(QPointF(isChecked() ? pill.right() - 8 : pill.left() + 8, pill.center().y()),
                        isChecked() ? 5. : 6., isChecked() ? 5. : 6.);
}

FlagEditor::FlagEditor(const QString& name, QWidget* parent) : Editor(parent), m_switch(new Switch(this))
{
    m_switch->setAccessibleName(name);
    setInput(m_switch);
    connect(m_switch, &QCheckBox::clicked, this, [this](bool on) { Q_EMIT committed(on); });
}

void FlagEditor::display(const Value& value)
{
    m_switch->setChecked(value.toBool());
}

int FlagEditor::wantedWidth() const
{
    return m_switch->sizeHint().width() + (live() ? gutter : 0);
}

void FlagEditor::resizeEvent(QResizeEvent*)
{
    const QSize size = m_switch->sizeHint();
    m_switch->setGeometry(width() - size.width() - (live() ? gutter : 0), (QWidget::height() - size.height()) / 2,
                          size.width(), size.height());
}

// --- Choices

ChoiceBox::ChoiceBox(QWidget* parent) : QComboBox(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    setCursor(Qt::PointingHandCursor);
}

void ChoiceBox::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setFont(font());
    painter.setPen(currentIndex() < 0 ? theme().problem : theme().text);
    const QString text = currentIndex() < 0 ? placeholderText() : currentText();
    const QRect room = rect().adjusted(0, 0, -Editor::gutter, 0);
    painter.drawText(room, Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine,
                     fontMetrics().elidedText(text, Qt::ElideRight, room.width()));
    paintChevron(painter, QPointF(width() - 7, height() / 2.), theme().muted);
}

void ChoiceBox::wheelEvent(QWheelEvent* event)
{
    if (hasFocus())
        QComboBox::wheelEvent(event);
    else
        event->ignore();
}

void ChoiceBox::showPopup()
{
    int widest = width();
    for (int i = 0; i < count(); ++i)
        widest = std::max(widest, fontMetrics().horizontalAdvance(itemText(i)) + 40);
    view()->setMinimumWidth(widest);
    QComboBox::showPopup();
}

bool ChoiceBox::event(QEvent* event)
{
    // Enter opens the list as Space does; the window's default button must not take it.
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            showPopup();
            return true;
        }
    }
    return QComboBox::event(event);
}

ChoiceEditor::ChoiceEditor(const QString& name, std::vector<Option> options, QWidget* parent)
    : Editor(parent),
      m_options(std::move(options)),
      m_box(new ChoiceBox(this))
{
    m_box->setAccessibleName(name);
    for (const Option& option : m_options) {
        m_box->addItem(option.title);
        m_box->setItemData(m_box->count() - 1, option.help, Qt::ToolTipRole);
    }
    setInput(m_box);
    connect(m_box, &QComboBox::activated, this, [this](int i) { Q_EMIT committed(m_options[std::size_t(i)].value); });
}

void ChoiceEditor::display(const Value& value)
{
    for (std::size_t i = 0; i < m_options.size(); ++i)
        if (m_options[i].value == value) {
            m_box->setCurrentIndex(int(i));
            return;
        }
    m_box->setPlaceholderText(QString::fromStdString(value.text()));
    m_box->setCurrentIndex(-1);
    m_box->update();
}

int ChoiceEditor::wantedWidth() const
{
    return std::max(usualWidth, fontMetrics().horizontalAdvance(m_box->currentText()) + gutter + 4);
}

void ChoiceEditor::resizeEvent(QResizeEvent*)
{
    m_box->setGeometry(0, 0, width(), QWidget::height() - 2);
}

}

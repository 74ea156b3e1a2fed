// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/forms/line_editor.h"

#include "ui/forms/text_forms.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QFileDialog>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QToolButton>

namespace ui::forms {

using namespace core::base;
using style::theme;

namespace {

bool isNumber(const Field& field)
{
    return std::holds_alternative<Int>(field.domain) || std::holds_alternative<Real>(field.domain);
}

// A chevron for words, three dots for a file dialog; drawn as flat as the rest.
class SignButton final : public QToolButton {
public:
    SignButton(bool chevron, QWidget* parent) : QToolButton(parent), m_chevron(chevron)
    {
        setFocusPolicy(Qt::NoFocus);
        setCursor(Qt::PointingHandCursor);
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        const QPointF center(width() - 7, height() / 2.);
        if (m_chevron) {
            paintChevron(painter, center, theme().muted);
            return;
        }
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(underMouse() ? theme().text : theme().muted);
        for (int i = -1; i <= 1; ++i)
            painter.drawEllipse(center + QPointF(4.5 * i, 0), 1.4, 1.4);
    }

private:
    bool m_chevron;
};

}

LineEditor::LineEditor(const Field& field, QWidget* parent)
    : Editor(parent),
      m_field(field),
      m_line(new QLineEdit(this))
{
    m_line->setAccessibleName(QString::fromStdString(field.key));
    m_line->setFrame(false);
    m_line->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_line->setFont(theme().medium());
    m_line->setFocusPolicy(Qt::StrongFocus);
    setInput(m_line);
    m_line->setPlaceholderText(emptyWord(field));
    if (!field.unit.empty())
        m_unit = new style::Label(QString::fromStdString(field.unit), style::Tone::Muted, this);
    if (std::holds_alternative<Path>(field.domain))
        addBrowse();
    else if (!wordsOf(field).isEmpty())
        addWords();
    connect(m_line, &QLineEdit::textChanged, this, &LineEditor::placeParts);
    // The editor paints the line for all its parts.
    m_line->setStyleSheet(QStringLiteral("border: 0; background: transparent; padding: 0; min-height: 0;"));
}

void LineEditor::display(const Value& value)
{
    m_value = value;
    const QString text = textOf(m_field, value);
    // What is being typed is the person's own until it is committed.
    if (m_line->text() != text && !(m_line->hasFocus() && m_line->isModified())) {
        m_line->setText(text);
        // Of a long list the beginning is seen.
        m_line->setCursorPosition(0);
    }
    placeParts();
}

int LineEditor::wantedWidth() const
{
    const int unit = m_unit && m_unit->isVisibleTo(this) ? m_unit->sizeHint().width() + 6 : 0;
    const int textWidth =
        fontMetrics().horizontalAdvance(m_line->text().isEmpty() ? m_line->placeholderText() : m_line->text());
    return std::max(usualWidth, textWidth + 8 + unit + gutter);
}

bool LineEditor::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_line) {
        if (event->type() == QEvent::KeyPress && pressed(static_cast<QKeyEvent*>(event)->key()))
            return true;
        // While nothing is being typed, undo and redo are the document's.
        if (event->type() == QEvent::ShortcutOverride && !m_line->isModified()) {
            const auto* key = static_cast<QKeyEvent*>(event);
            if (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo) ||
                key->keyCombination() == (Qt::CTRL | Qt::Key_Y)) {
                event->ignore();
                return true;
            }
        }
        if (event->type() == QEvent::FocusOut && static_cast<QFocusEvent*>(event)->reason() != Qt::PopupFocusReason)
            commit();
        if (event->type() == QEvent::FocusIn)
            QMetaObject::invokeMethod(m_line, &QLineEdit::selectAll, Qt::QueuedConnection);
        if (event->type() == QEvent::Wheel && m_line->hasFocus() && isNumber(m_field)) {
            const auto* wheel = static_cast<QWheelEvent*>(event);
            if (wheel->angleDelta().y() != 0)
                step(wheel->angleDelta().y() > 0 ? 1 : -1, wheel->modifiers() & Qt::ControlModifier);
            return true;
        }
        if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut)
            placeParts();
    }
    return Editor::eventFilter(watched, event);
}

bool LineEditor::pressed(int key)
{
    switch (key) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
        commit();
        m_line->selectAll();
        return true;
    case Qt::Key_Escape:
        if (!m_line->isModified())
            return false;
        revert();
        return true;
    case Qt::Key_Up:
    case Qt::Key_Down:
        step(key == Qt::Key_Up ? 1 : -1, false);
        return isNumber(m_field);
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
        step(key == Qt::Key_PageUp ? 1 : -1, true);
        return isNumber(m_field);
    default:
        return false;
    }
}

void LineEditor::commit()
{
    if (!m_line->isModified())
        return;
    m_line->setModified(false);
    const Value typed = valueOf(m_field, m_line->text());
    if (typed == m_value)
        display(m_value);
    else
        Q_EMIT committed(typed);
}

void LineEditor::revert()
{
    m_line->setModified(false);
    display(m_value);
    m_line->selectAll();
}

void LineEditor::step(int direction, bool large)
{
    if (m_line->isModified())
        commit();
    if (const auto next = stepped(m_field, m_value, direction, large); next && !(*next == m_value)) {
        Q_EMIT committed(*next);
        m_line->selectAll();
    }
}

void LineEditor::choose(const QString& word)
{
    m_line->setModified(false);
    Q_EMIT committed(valueOf(m_field, word));
    m_line->setFocus();
}

void LineEditor::addWords()
{
    m_sign = new SignButton(true, this);
    m_sign->setAccessibleName(tr("Words for %1").arg(QString::fromStdString(m_field.key)));
    connect(m_sign, &QToolButton::clicked, this, [this] {
        auto* menu = new QMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        for (const QString& word : wordsOf(m_field))
            menu->addAction(word, this, [this, word] { choose(word); });
        if (const auto number = stepped(m_field, Value(), 1, false); number && !m_value.isNumber())
            menu->addAction(textOf(*number), this, [this, number] { choose(textOf(*number)); });
        menu->popup(m_sign->mapToGlobal(QPoint(0, m_sign->height())));
    });
}

void LineEditor::addBrowse()
{
    m_sign = new SignButton(false, this);
    m_sign->setAccessibleName(tr("Browse for %1").arg(QString::fromStdString(m_field.key)));
    m_sign->setToolTip(tr("Browse…"));
    connect(m_sign, &QToolButton::clicked, this, [this] {
        const bool folder = std::get<Path>(m_field.domain).folder;
        const QString start = QString::fromStdString(m_value.text());
        const QString path = folder ? QFileDialog::getExistingDirectory(window(), tr("Choose a folder"), start)
                                    : QFileDialog::getOpenFileName(window(), tr("Choose a file"), start);
        if (!path.isEmpty())
            choose(path);
    });
}

void LineEditor::placeParts()
{
    if (m_unit)
        m_unit->setVisible(valueOf(m_field, m_line->text()).isNumber());
    int right = width() - gutter;
    const int bottom = QWidget::height() - 2;
    if (m_sign) {
        // The ⚡ has the gutter; then the sign stands at the left and shows itself to whoever comes near.
        m_sign->setVisible(!live() || underMouse() || m_line->hasFocus());
        m_sign->setGeometry(live() ? 0 : right, 0, gutter, bottom);
    }
    if (m_unit && m_unit->isVisibleTo(this)) {
        const int wide = m_unit->sizeHint().width();
        m_unit->setGeometry(right - wide, 0, wide, bottom);
        right -= wide + 6;
    }
    const int left = m_sign && live() && m_sign->isVisibleTo(this) ? gutter : 0;
    // A line edit keeps two pixels to itself at each side.
    m_line->setGeometry(left - 2, 0, right - left + 4, bottom);
}

void LineEditor::resizeEvent(QResizeEvent*)
{
    placeParts();
}

void LineEditor::changeEvent(QEvent* event)
{
    Editor::changeEvent(event);
    if (event->type() != QEvent::PaletteChange)
        return;
    m_line->setFont(theme().medium());
    placeParts();
}

void LineEditor::enterEvent(QEnterEvent*)
{
    placeParts();
}
void LineEditor::leaveEvent(QEvent*)
{
    placeParts();
}

}

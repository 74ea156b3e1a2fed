// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/forms/field_row.h"

#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QKeyEvent>
#include <QPainter>
#include <QVBoxLayout>

namespace ui::forms {

using core::base::Field;
using style::Label;
using style::theme;
using style::Tone;

QString teachingTip(const Field& field, const QString& path)
{
    const auto text = [](const std::string& part) { return QString::fromStdString(part).toHtmlEscaped(); };
    QString tip = QStringLiteral("<p><b>%1</b></p>").arg(path.toHtmlEscaped());
    if (!field.help.text.empty())
        tip += QStringLiteral("<p>%1</p>").arg(text(field.help.text));
    if (!field.help.formula.empty())
        tip += QStringLiteral("<p><i>%1</i></p>").arg(text(field.help.formula));
    if (!field.help.tooLow.empty())
        tip += QObject::tr("<p>Too low: %1</p>").arg(text(field.help.tooLow));
    if (!field.help.tooHigh.empty())
        tip += QObject::tr("<p>Too high: %1</p>").arg(text(field.help.tooHigh));
    return tip;
}

namespace {

constexpr int lineHeight = 20;
constexpr int signWidth = 20;

}

FieldRow::FieldRow(Field field, QString path, QString name, Editor* editor, QWidget* parent)
    : QWidget(parent),
      m_field(std::move(field)),
      m_path(std::move(path)),
      m_top(new QWidget(this)),
      m_name(new Label(name, Tone::Muted, m_top)),
      m_editor(editor),
      m_note(new LinkButton(this)),
      m_problem(new Label({}, Tone::Problem, this))
{
    m_top->setFixedHeight(rowHeight);
    m_editor->setParent(m_top);
    m_editor->setLive(m_field.live);
    m_name->setElided(Qt::ElideRight);
    m_name->setBuddy(m_editor);
    m_problem->setWordWrap(true);
    m_problem->setContentsMargins(0, 0, 0, 8);
    m_note->hide();
    m_problem->hide();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_top);
    column->addWidget(m_note);
    column->addWidget(m_problem);
    setToolTip(teachingTip(m_field, m_path));
    setObjectName(m_path);
    connect(m_editor, &Editor::committed, this, &FieldRow::committed);
    connect(m_editor, &Editor::focusEntered, this, [this] {
        m_name->setTone(Tone::Body);
        Q_EMIT focusEntered();
    });
    connect(m_editor, &Editor::focusLeft, this, [this] { m_name->setTone(Tone::Muted); });
    connect(m_note, &QAbstractButton::clicked, this, &FieldRow::resetAsked);
}

void FieldRow::display(const RowState& state)
{
    m_editor->display(state.value);
    m_editor->setAccessibleDescription(QString::fromStdString(m_field.help.text));
    m_note->setParts(state.note, state.fallback.isEmpty() ? QString() : tr("default %1").arg(state.fallback));
    m_note->setVisible(!state.note.isEmpty() || !state.fallback.isEmpty());
    m_problem->setText(state.problem.isEmpty() ? QString() : QStringLiteral("▲ %1").arg(state.problem));
    m_problem->setVisible(!state.problem.isEmpty());
    place();
}

QString FieldRow::noteText() const
{
    return m_note->isHidden() ? QString() : m_note->text();
}
QString FieldRow::problemText() const
{
    return m_problem->isHidden() ? QString() : m_problem->text();
}

void FieldRow::resizeEvent(QResizeEvent*)
{
    place();
}

void FieldRow::place()
{
    const int nameWidth = m_name->sizeHint().width();
    const int usual = m_editor->wantedWidth();
    // A long name takes room from the editor, a long value what the name leaves.
    const int room = width() - nameWidth - 8;
    const int wide = std::max(std::min(usual, Editor::usualWidth / 2 + 12), std::min(usual, room));
    m_editor->setGeometry(width() - wide, 7, wide, Editor::height);
    m_name->setGeometry(0, 7, std::max(0, width() - wide - 4), Editor::height - 2);
}

// --- The line under a changed value

LinkButton::LinkButton(QWidget* parent) : QAbstractButton(parent)
{
    setFocusPolicy(Qt::TabFocus);
    QSizePolicy policy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setCursor(Qt::PointingHandCursor);
}

void LinkButton::setParts(const QString& plain, const QString& link)
{
    m_plain = plain;
    m_link = link;
    setText(plain + (plain.isEmpty() || link.isEmpty() ? QString() : QStringLiteral(" · ")) + link);
    setAccessibleName(text());
    setToolTip(link.isEmpty() ? QString() : tr("Go back to the default"));
    setFocusPolicy(link.isEmpty() ? Qt::NoFocus : Qt::TabFocus);
    updateGeometry();
    update();
}

QSize LinkButton::sizeHint() const
{
    return {0, heightForWidth(width())};
}

int LinkButton::heightForWidth(int width) const
{
    return broken(width) ? 2 * lineHeight : lineHeight;
}

bool LinkButton::broken(int width) const
{
    return !m_plain.isEmpty() && !m_link.isEmpty() &&
           QFontMetrics(theme().body()).horizontalAdvance(text()) + signWidth > width;
}

QRect LinkButton::linkRect() const
{
    if (m_link.isEmpty())
        return {};
    const QFontMetrics metrics(theme().body());
    const bool second = broken(width());
    const int left = m_plain.isEmpty() || second ? 0 : metrics.horizontalAdvance(m_plain + QStringLiteral(" · "));
    return {left, second ? lineHeight : 0, metrics.horizontalAdvance(m_link) + signWidth, lineHeight};
}

void LinkButton::paintEvent(QPaintEvent*)
{
    // Text stands a little high: it belongs to the row above.
    constexpr int lift = 4;
    QPainter painter(this);
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    const QRect link = linkRect();
    const QFontMetrics metrics(theme().body());
    const bool joined = !m_plain.isEmpty() && !m_link.isEmpty() && !broken(width());
    const QString plain = joined ? m_plain + QStringLiteral(" · ") : m_plain;
    painter.drawText(QRect(0, -lift, width(), lineHeight), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(plain, Qt::ElideRight, width()));
    if (m_link.isEmpty())
        return;
    if (underMouse() || hasFocus())
        painter.setPen(theme().accent);
    painter.drawText(link.translated(0, -lift), Qt::AlignLeft | Qt::AlignVCenter, m_link);
    painter.drawPixmap(QPointF(link.right() - signWidth + 5, link.center().y() - lift - 7),
                       style::iconPixmap(QStringLiteral("revert"), 14, painter.pen().color(), devicePixelRatioF()));
    if (hasFocus())
        painter.fillRect(QRect(link.left(), link.bottom() - lift, link.width() - signWidth, 1), theme().accent);
}

void LinkButton::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        update();
    QAbstractButton::changeEvent(event);
}

bool LinkButton::hitButton(const QPoint& position) const
{
    return linkRect().contains(position);
}

void LinkButton::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        click();
    else
        QAbstractButton::keyPressEvent(event);
}

}

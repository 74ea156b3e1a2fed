// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/command_palette.h"

#include "ui/style/theme.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>

namespace ui::shell {

using style::theme;

namespace {

constexpr int paletteWidth = 520;
constexpr int rowHeight = 32;
constexpr int rowsShown = 10;

// The name, its group in grey, and at the right the keys.
class RowDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {100, rowHeight}; }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const bool enabled = index.flags() & Qt::ItemIsEnabled;
        if (option.state & QStyle::State_Selected)
            painter->fillRect(option.rect, theme().hover);
        const QRect room = option.rect.adjusted(16, 0, -16, 0);
        const QString text = index.data(Qt::DisplayRole).toString();
        painter->setFont(theme().body());
        painter->setPen(enabled ? theme().text : theme().muted);
        painter->drawText(room, Qt::AlignVCenter | Qt::AlignLeft, text);
        const int after = painter->fontMetrics().horizontalAdvance(text) + 12;
        painter->setPen(theme().muted);
        painter->drawText(room.adjusted(after, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft,
                          index.data(Qt::UserRole + 1).toString());
        painter->drawText(room, Qt::AlignVCenter | Qt::AlignRight, index.data(Qt::UserRole + 2).toString());
    }
};

}

int matchScore(const QString& text, const QString& typed)
{
    int score = 0, at = 0;
    for (const QChar letter : typed) {
        if (letter.isSpace())
            continue;
        const int found = int(text.indexOf(letter, at, Qt::CaseInsensitive));
        if (found < 0)
            return -1;
        const bool start = found == 0 || !text[found - 1].isLetterOrNumber();
        score += found == at ? 6 : start ? 8 : 1;
        score -= std::min(found - at, 4);
        at = found + 1;
    }
    if (text.contains(typed, Qt::CaseInsensitive))
        score += text.size() == typed.size() ? 100 : 40;
    return std::max(score, 0);
}

CommandPalette::CommandPalette(Actions& actions, QWidget* window)
    : QFrame(window),
      m_actions(actions),
      m_input(new QLineEdit(this)),
      m_list(new QListWidget(this))
{
    setAttribute(Qt::WA_StyledBackground, false);
    m_input->setPlaceholderText(tr("What would you like to do?"));
    m_input->setAccessibleName(tr("Command palette"));
    m_list->setItemDelegate(new RowDelegate(m_list));
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setAccessibleName(tr("Commands"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(1, 8, 1, 8);
    column->setSpacing(8);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(14, 0, 16, 0);
    top->addWidget(m_input);
    column->addLayout(top);
    column->addWidget(m_list);
    m_input->installEventFilter(this);
    connect(m_input, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::run);
    window->installEventFilter(this);
    hide();
}

void CommandPalette::summon()
{
    if (isVisible()) {
        hide();
        return;
    }
    m_before = window()->focusWidget();
    collect();
    m_input->clear();
    filter({});
    place();
    show();
    raise();
    m_input->setFocus();
}

void CommandPalette::place()
{
    const QWidget* over = parentWidget();
    const int wide = std::min(paletteWidth, over->width() - 48);
    const int rows = std::clamp((over->height() - 160) / rowHeight, 3, rowsShown);
    m_list->setFixedHeight(rows * rowHeight);
    setGeometry((over->width() - wide) / 2, 56, wide, sizeHint().height());
}

void CommandPalette::collect()
{
    m_items.clear();
    for (QAction* action : m_actions.all())
        m_items.push_back({action->text(), action->data().toString(),
                           action->shortcut().toString(QKeySequence::NativeText), action->isEnabled(),
                           [action = QPointer(action)] {
                               if (action)
                                   action->trigger();
                           }});
    for (Actions::Entry& entry : m_actions.entries())
        m_items.push_back({entry.text, entry.group, {}, true, std::move(entry.run)});
}

void CommandPalette::filter(const QString& text)
{
    std::vector<std::pair<int, std::size_t>> found;
    for (std::size_t i = 0; i < m_items.size(); ++i) {
        const int score = std::max(matchScore(m_items[i].text, text),
                                   matchScore(m_items[i].group + QLatin1Char(' ') + m_items[i].text, text) - 10);
        if (matchScore(m_items[i].group + QLatin1Char(' ') + m_items[i].text, text) >= 0)
            found.emplace_back(-score - (m_items[i].enabled ? 5 : 0), i);
    }
    if (!text.isEmpty())
        std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    m_list->clear();
    for (const auto& [score, i] : found) {
        auto* row = new QListWidgetItem(m_items[i].text, m_list);
        row->setData(Qt::UserRole, int(i));
        row->setData(Qt::UserRole + 1, m_items[i].group);
        row->setData(Qt::UserRole + 2, m_items[i].shortcut);
        if (!m_items[i].enabled)
            row->setFlags(Qt::ItemIsSelectable);
    }
    m_list->setCurrentRow(found.empty() ? -1 : 0);
}

QStringList CommandPalette::shown() const
{
    QStringList names;
    for (int i = 0; i < m_list->count(); ++i)
        names << m_list->item(i)->text();
    return names;
}

void CommandPalette::run()
{
    const QListWidgetItem* row = m_list->currentItem();
    if (!row || !(row->flags() & Qt::ItemIsEnabled))
        return;
    // The item's own function may change what the palette lists.
    const auto run = m_items[row->data(Qt::UserRole).toULongLong()].run;
    hide();
    if (m_before)
        m_before->setFocus();
    run();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == parent() && event->type() == QEvent::Resize && isVisible())
        place();
    if (watched == m_input && event->type() == QEvent::FocusOut)
        hide();
    if (watched != m_input || event->type() != QEvent::KeyPress)
        return QFrame::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent*>(event)->key();
    const int step = key == Qt::Key_Up         ? -1
                     : key == Qt::Key_Down     ? 1
                     : key == Qt::Key_PageUp   ? -rowsShown
                     : key == Qt::Key_PageDown ? rowsShown
                                               : 0;
    if (step != 0 && m_list->count() > 0)
        m_list->setCurrentRow(std::clamp(m_list->currentRow() + step, 0, m_list->count() - 1));
    else if (key == Qt::Key_Return || key == Qt::Key_Enter)
        run();
    else if (key == Qt::Key_Escape) {
        hide();
        if (m_before)
            m_before->setFocus();
    } else
        return false;
    return true;
}

void CommandPalette::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(theme().axis);
    painter.setBrush(theme().surface);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
}

}

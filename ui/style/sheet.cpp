// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style/sheet.h"

#include "ui/style/theme.h"

#include <cmath>

namespace ui::style {

namespace {

/// Names in angle brackets are colours of the theme, `{13}` is a length times its scale.
constexpr const char* rules = R"(
* { outline: none; }
QToolTip { background: <surface>; color: <text>; border: 1px solid <line>; padding: {6}px {8}px; }

QPushButton { background: <surface>; color: <text>; border: 1px solid <line>; border-radius: {6}px; min-height: {20}px; padding: {5}px {16}px; font-weight: 500; }
QPushButton:hover { background: <hover>; }
QPushButton:focus { border: 1px solid <accent>; }
QPushButton:pressed { background: <line>; }
QPushButton:disabled { color: <faint>; background: transparent; }
QPushButton[primary="true"] { background: <accent>; color: <accentText>; border: 1px solid <accent>; }
QPushButton[primary="true"]:hover { background: <accentHover>; }
QPushButton[primary="true"]:focus { border: 2px solid <text>; }
QPushButton[primary="true"]:disabled { background: <line>; color: <faint>; border-color: <line>; }
QPushButton[outlined="true"] { color: <accent>; border: 1px solid <accent>; font-weight: 600; }
QPushButton[outlined="true"]:disabled { color: <faint>; border-color: <line>; }
QPushButton[flat="true"] { background: transparent; border: 1px solid transparent; padding: {4}px {8}px; }
QPushButton[flat="true"]:hover { background: <hover>; }
QPushButton[flat="true"]:checked { color: <accent>; border-color: <accent>; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: {6}px; padding: {4}px; color: <text>; }
QToolButton:hover { background: <hover>; }
QToolButton:focus { border: 1px solid <accent>; }
QToolButton:disabled { color: <faint>; }

QLineEdit, QAbstractSpinBox, QComboBox { background: transparent; color: <text>; border: 0; border-bottom: 1px solid <line>; border-radius: 0; min-height: {24}px; padding: 0 {2}px; selection-background-color: <accent>; selection-color: <accentText>; }
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover { border-bottom: 1px solid <axis>; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus { border-bottom: 2px solid <accent>; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: <faint>; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: 0; }
QComboBox::drop-down { border: 0; width: {20}px; }
QComboBox::down-arrow { image: url(:/icons/chevron-<scheme>.svg); width: {14}px; height: {14}px; }
QComboBox QAbstractItemView { background: <surface>; color: <text>; border: 1px solid <line>; selection-background-color: <hover>; selection-color: <text>; padding: {4}px; }
QPlainTextEdit, QTextEdit { background: <surface>; color: <text>; border: 1px solid <line>; border-radius: {6}px; selection-background-color: <accent>; selection-color: <accentText>; }
QPlainTextEdit:focus, QTextEdit:focus { border: 1px solid <accent>; }

QMenu { background: <surface>; color: <text>; border: 1px solid <line>; padding: {4}px; }
QMenu::item { padding: {5}px {24}px {5}px {12}px; border-radius: {4}px; }
QMenu::item:selected { background: <hover>; color: <text>; }
QMenu::item:disabled { color: <faint>; }
QMenu::item:checked { font-weight: 600; }
QMenu::separator { height: 1px; background: <line>; margin: {4}px {8}px; }

QTabBar { border: 0; }
QTabBar::tab { background: transparent; color: <muted>; border: 0; border-bottom: 2px solid transparent; padding: {4}px 0 {8}px 0; margin-right: {24}px; }
QTabBar::tab:selected { color: <text>; border-bottom: 2px solid <accent>; font-weight: 600; }
QTabBar::tab:hover { color: <text>; }
QTabWidget::pane { border: 0; border-top: 1px solid <line>; }

QHeaderView { background: transparent; border: 0; }
QHeaderView::section { background: transparent; color: <muted>; border: 0; border-bottom: 1px solid <axis>; padding: {4}px {1}px {8}px {11}px; font-weight: 400; }
QHeaderView::up-arrow, QHeaderView::down-arrow { subcontrol-origin: padding; subcontrol-position: bottom right; width: {10}px; height: {6}px; }
QAbstractItemView { background: transparent; color: <text>; border: 0; selection-background-color: <hover>; selection-color: <text>; alternate-background-color: transparent; }
QTableView, QTreeView { gridline-color: <line>; }
QTableView::item, QTreeView::item { border-bottom: 1px solid <line>; padding: 0 {8}px; }
QAbstractItemView::item:selected { background: <hover>; color: <text>; }
QAbstractItemView::item:hover { background: <hover>; }

QScrollArea, QAbstractScrollArea { background: transparent; border: 0; }
QAbstractScrollArea::corner { background: transparent; border: 0; }
QScrollBar:vertical { background: transparent; width: {10}px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: {10}px; margin: 0; }
QScrollBar::handle { background: <line>; border-radius: {3}px; margin: {2}px; }
QScrollBar::handle:vertical { min-height: {32}px; }
QScrollBar::handle:horizontal { min-width: {32}px; }
QScrollBar::handle:hover { background: <axis>; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QCheckBox, QRadioButton { spacing: {8}px; }
QCheckBox::indicator, QRadioButton::indicator, QAbstractItemView::indicator { width: {14}px; height: {14}px; border: 1px solid <axis>; background: <surface>; }
QCheckBox::indicator, QAbstractItemView::indicator { border-radius: {3}px; }
QRadioButton::indicator { border-radius: {8}px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover, QCheckBox::indicator:focus, QRadioButton::indicator:focus { border-color: <accent>; }
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked { background: <accent>; border-color: <accent>; image: url(:/icons/check-<scheme>.svg); }
QRadioButton::indicator:checked { width: {6}px; height: {6}px; border: {5}px solid <accent>; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: <line>; background: transparent; }

QSlider { min-height: {20}px; }
QSlider::groove:horizontal { height: 2px; background: <line>; border-radius: 1px; }
QSlider::sub-page:horizontal { height: 2px; background: <accent>; border-radius: 1px; }
QSlider::handle:horizontal { width: {12}px; height: {12}px; margin: -{6}px 0; border-radius: {7}px; background: <surface>; border: 2px solid <accent>; }
QSlider::handle:horizontal:focus { background: <accent>; }
QProgressBar { background: transparent; border: 0; max-height: 2px; min-height: 2px; }
QProgressBar::chunk { background: <accent>; }
QSplitter::handle { background: <line>; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }

QLabel[role="muted"] { color: <muted>; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="heading"] { font-size: {16}px; font-weight: 600; }
QLabel[role="lead"] { font-size: {16}px; }
QLabel[role="title"] { font-size: {29}px; font-weight: 600; }
QLabel[role="problem"] { color: <problem>; }
QLabel[role="link"] { color: <accent>; }
QFrame[card="true"] { background: <surface>; border: 1px solid <line>; border-radius: {6}px; }
QFrame[pane="true"] { background: <surface>; border: 0; }
)";

/// Replaces `{n}` by n times the scale.
QString scaled(QString text, double scale)
{
    for (auto open = text.indexOf(QLatin1Char('{')); open >= 0; open = text.indexOf(QLatin1Char('{'), open + 1)) {
        const auto close = text.indexOf(QLatin1Char('}'), open);
        bool isNumber = false;
        const int length = QStringView(text).mid(open + 1, close - open - 1).toInt(&isNumber);
        if (isNumber)
            text.replace(open, close - open + 1, QString::number(int(std::lround(length * scale))));
    }
    return text;
}

}

QString sheet(const Theme& t)
{
    const std::pair<const char*, QColor> colors[] = {
        {"ground", t.ground},
        {"surface", t.surface},
        {"line", t.line},
        {"text", t.text},
        {"muted", t.muted},
        {"accent", t.accent},
        {"accentText", t.accentText},
        {"problem", t.problem},
        {"hover", t.hover},
        {"axis", t.axis},
        {"accentHover", t.dark ? t.accent.lighter(110) : t.accent.darker(110)},
        {"faint", t.dark ? QColor(0x5F6670) : QColor(0xA3A7AD)}};
    QString text = scaled(QString::fromLatin1(rules), t.scale);
    for (const auto& [name, color] : colors)
        text.replace(QLatin1Char('<') + QLatin1String(name) + QLatin1Char('>'), color.name());
    return text.replace(QLatin1String("<scheme>"), QLatin1String(t.dark ? "dark" : "light"));
}

}

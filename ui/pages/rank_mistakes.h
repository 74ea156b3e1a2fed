// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

class QCheckBox;
class QPushButton;

namespace ui::bridge {
class Workbench;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// Mistakes that people make with several ranks, to be made on purpose: a switch for each, what it does, and what the
/// rule that catches it said of the run in front, with its remedy.
class RankMistakes final : public QWidget {
    Q_OBJECT

public:
    explicit RankMistakes(bridge::Workbench& bench, QWidget* parent = nullptr);

    /// From the experiment and the findings of the run in front.
    void refresh();
    /// By its setting, such as `shard_data`; nullptr: no such mistake.
    QCheckBox* toggle(const QString& setting) const;
    /// What is told of a mistake; empty where nothing was found.
    QString finding(const QString& setting) const;
    QPushButton* again() const { return m_again; }

private:
    struct Row {
        QString setting, rule;
        QCheckBox* box = nullptr;
        style::Label* found = nullptr;
        QPushButton* fix = nullptr;
    };
    void add(const QString& setting, const QString& rule, const QString& title, const QString& what);
    void change(const QString& setting, bool mistake);
    void putRight(const QString& setting);

    bridge::Workbench& m_bench;
    std::vector<Row> m_rows;
    style::Label* m_slow;
    QPushButton* m_again;
};

}

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/problem.h"

#include <QWidget>

#include <atomic>
#include <memory>
#include <optional>

class QLineEdit;
class QListWidget;
class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace ui::bridge {
class Preview;
class Workbench;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// The field's common problems: symptom, how to see it here, causes, and what to change as buttons that make exactly
/// that edit. Those that the run in front shows are marked, with its numbers.
class ProblemsView final : public QWidget {
    Q_OBJECT

public:
    explicit ProblemsView(bridge::Workbench& bench, QWidget* parent = nullptr);
    ~ProblemsView() override;

    /// Looks at the run in front again: when the page is seen.
    void look();
    bool select(const QString& key);
    QString selected() const;
    /// Whether the run in front was found to show it.
    const core::session::Sighting* sighting(const QString& key) const;
    bool busy() const;
    QLineEdit* search() const { return m_search; }
    QListWidget* list() const { return m_list; }

protected:
    void showEvent(QShowEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Seen {
        core::session::Evidence evidence;
        std::vector<std::optional<core::session::Sighting>> sightings; ///< of each problem
        QString folder, id;
    };
    void fillList();
    void fillDetail();
    void addSigns(QVBoxLayout& column, const core::session::TrainingProblem& problem);
    void addRemedies(QVBoxLayout& column, const core::session::TrainingProblem& problem, std::size_t place);
    QWidget* remedyRow(const core::session::TrainingProblem& problem, const core::session::Remedy& remedy,
                       std::size_t place);
    const core::base::Value& resolved() const;
    bool hasRun() const;
    bool branches() const; ///< a run is in front that has something to grow from
    void apply(const core::session::Remedy& remedy, const core::session::Changes& changes, std::int64_t step);
    void branch(const core::session::Changes& changes, std::int64_t step);
    void showExample(const core::session::TrainingProblem& problem);
    void say(const QString& text);

    bridge::Workbench& m_bench;
    bridge::Preview* m_looking;
    std::optional<Seen> m_seen;
    QLineEdit* m_search;
    QListWidget* m_list;
    QScrollArea* m_detail;
    style::Label* m_said;
    QPushButton* m_giveUp;
    std::shared_ptr<std::atomic<bool>> m_cancelled; ///< of the branch that is being made
};

}

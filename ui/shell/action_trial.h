// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <memory>

class QPushButton;

namespace ui::bridge {
class ExperimentDocument;
class Worker;
}
namespace ui::style {
class Label;
}

namespace ui::shell {

/// Under the fields of an action: does it once, now, with an alert that says that it is a trial, and tells what came of
/// it.
class ActionTrial final : public QWidget {
    Q_OBJECT

public:
    /// `path` of the action in the experiment: `rules.0.actions.1`.
    ActionTrial(bridge::ExperimentDocument& document, QString path, QWidget* parent = nullptr);
    ~ActionTrial() override;

    QString answer() const;

private:
    void tryIt();

    bridge::ExperimentDocument& m_document;
    QString m_path;
    QPushButton* m_button;
    style::Label* m_answer;
    std::unique_ptr<bridge::Worker> m_worker;
};

}

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/info.h"

#include <QWidget>

class QPushButton;
class QVBoxLayout;

namespace ui::pages {

/// What spoils a training, the worst first: each with what it does, and its remedy as a button.
class DoctorList final : public QWidget {
    Q_OBJECT

public:
    explicit DoctorList(QWidget* parent = nullptr);
    void setProblems(std::vector<core::data::Problem> problems);
    const std::vector<core::data::Problem>& problems() const { return m_problems; }

Q_SIGNALS:
    void remedied(const core::data::Problem& problem);
    /// The row or the column that a problem is about is to be seen.
    void shown(const core::data::Problem& problem);

private:
    void fill();
    QWidget* lineOf(const core::data::Problem& problem);

    std::vector<core::data::Problem> m_problems;
    QVBoxLayout* m_lines;
    bool m_all = false;
};

}

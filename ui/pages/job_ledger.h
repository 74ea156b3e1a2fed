// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <QWidget>

#include <map>

class QGridLayout;

namespace ui::plots {
class ResponsePlot;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// What a job took and costs, and what each interval between checkpoints would cost, with the best by Young and Daly.
class JobLedger final : public QWidget {
    Q_OBJECT

public:
    explicit JobLedger(QWidget* parent = nullptr);
    /// As describeJob() and adviseForRun() tell; null: nothing.
    void setFacts(const core::base::Value& described, const core::base::Value& advice);
    /// A line's value by its key, such as `billable_s`; empty if it is not shown.
    QString fact(const QString& key) const;
    plots::ResponsePlot* plot() const { return m_plot; }
    QString advice() const;

private:
    void set(const QString& key, const QString& text);
    void drawIntervals(const core::base::Value& intervals, const QString& currency);

    QGridLayout* m_grid;
    std::map<QString, std::pair<style::Label*, style::Label*>> m_facts;
    plots::ResponsePlot* m_plot;
    style::Label *m_plotNote, *m_priceNote, *m_advice;
};

}

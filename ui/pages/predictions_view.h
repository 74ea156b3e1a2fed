// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/inspect.h"

#include <QStackedWidget>

#include <map>

class QTableWidget;

namespace ui::bridge {
class Worker;
}
namespace ui::models {
class RunModel;
}
namespace ui::plots {
class ImageWall;
}

namespace ui::pages {

/// Rows of the validation split with what the network says of them, the worst first: pictures for images, else a table.
class PredictionsView final : public QStackedWidget {
    Q_OBJECT

public:
    explicit PredictionsView(QWidget* parent = nullptr);
    ~PredictionsView() override;

    void setRun(const models::RunModel* run);
    void refresh();
    /// These rows instead of the run's own frames.
    void showRows(core::events::PredictionFrame frame);
    plots::ImageWall* wall() const { return m_wall; }

Q_SIGNALS:
    void rowChosen(qint64 row); ///< clicked, or Enter

private:
    void chose(int index);
    void show(const core::events::PredictionFrame& frame);
    void fetch(const core::events::PredictionFrame& frame);
    QString nameOf(double target) const;
    void showWall(const core::events::PredictionFrame& frame);
    void showTable(const core::events::PredictionFrame& frame);

    const models::RunModel* m_run = nullptr;
    plots::ImageWall* m_wall;
    QTableWidget* m_table;
    std::map<std::int64_t, core::session::SampleRow> m_samples; ///< by row, of this run's data
    QStringList m_features;
    std::int64_t m_step = -1;
    quint64 m_generation = 0;
    bool m_given = false;             ///< by showRows()
    std::vector<std::int64_t> m_rows; ///< as they stand
    bool m_fetching = false, m_image = false;
    std::unique_ptr<bridge::Worker> m_worker;
};

}

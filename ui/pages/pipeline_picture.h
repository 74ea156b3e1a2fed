// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/pipeline_trace.h"

#include <QWidget>

namespace ui::pages {

/// One step of a pipeline: a lane for each stage with its micro-batches, forward and backward; what is empty is a
/// bubble.
class PipelinePicture final : public QWidget {
    Q_OBJECT

public:
    explicit PipelinePicture(QWidget* parent = nullptr);
    void setTrace(core::debug::PipelineTrace trace);
    const core::debug::PipelineTrace& trace() const { return m_trace; }
    QRectF rectOf(const core::debug::PipelineTrace::Work& work) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {320, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    core::debug::PipelineTrace m_trace;
};

}

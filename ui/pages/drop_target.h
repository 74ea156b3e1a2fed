// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;

namespace ui::pages {

/// A place with a dashed edge where a file or folder is dropped, and buttons for those who would rather choose or
/// paint.
class DropTarget final : public QWidget {
    Q_OBJECT

public:
    explicit DropTarget(QWidget* parent = nullptr);

    /// Opens the dialog of the button.
    void choose();

Q_SIGNALS:
    void opened(const QString& path);
    void paintWanted();

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void setIcon();

    QLabel* m_icon;
    bool m_over = false;
};

}
